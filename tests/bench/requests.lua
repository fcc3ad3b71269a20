-- What wrk sends. Arguments: the kind of request (a function below), the file of access tokens, the prefix of product ids, a seed, and the kind's own.
-- After the last answer one line of JSON says how it went.

local threads = {}

function setup(thread)
  threads[#threads + 1] = thread
  thread:set("thread_number", #threads)
end

local tokens, prefix, own, start
local serial = 0
local headers

local function read_lines(name)
  local found = {}
  for line in io.lines(name) do found[#found + 1] = line end
  return found
end

local function token() return tokens[math.random(#tokens)] end

local function product(low, high) return prefix .. string.format("%d", 100000000000 + math.random(low, high)) end

local function post(path, bearer, key, body)
  local parts = { "POST ", path, " HTTP/1.1\r\nHost: ", wrk.host, ":", wrk.port, "\r\nContent-Type: application/json\r\nContent-Length: ", #body,
                  "\r\nAuthorization: Bearer ", bearer }
  if key then
    serial = serial + 1
    parts[#parts + 1] = string.format("\r\nIdempotency-Key: %s-%d-%d", start, thread_number, serial)
  end
  parts[#parts + 1] = "\r\n\r\n"
  parts[#parts + 1] = body
  return table.concat(parts)
end

local function get(path, bearer)
  return "GET " .. path .. " HTTP/1.1\r\nHost: " .. wrk.host .. ":" .. wrk.port
    .. (bearer and "\r\nAuthorization: Bearer " .. bearer or "") .. "\r\n\r\n"
end

local function line(low, high) return '{"product_id":"' .. product(low, high) .. '","quantity":1}' end

local kinds = {}

-- An order of `lines` lines of products low … high. Arguments: lines, low, high.
function kinds.order()
  local lines = {}
  for n = 1, own[1] do lines[n] = line(own[2], own[3]) end
  return post("/v1/orders", token(), true, '{"items":[' .. table.concat(lines, ",") .. "]}")
end

-- A page of the products of one of 100 shelves. Arguments: 1 for a caller who is logged in.
function kinds.list()
  local shelf = prefix .. string.format("%d", 200000000000 + math.random(0, 99))
  return get("/v1/products?limit=20&category=" .. shelf, own[1] == 1 and token())
end

-- A product of low … high. Arguments: 1 for a caller who is logged in, low, high.
function kinds.page() return get("/v1/products/" .. product(own[2], own[3]), own[1] == 1 and token()) end

-- One more piece into a cart: everybody wants five products. Arguments: how many products there are.
function kinds.cart()
  local who = math.random(#tokens)
  local number = ((who - 1) * 5 + math.random(0, 4)) % own[1]
  return post("/v1/cart/items", tokens[who], false, line(number, number))
end

-- A signed callback of the mock gateway, each once. Arguments: the file of them (signature, tab, body), how many threads there are.
local callbacks
function kinds.callback()
  callbacks = callbacks or read_lines(own[1])
  local signature, body = string.match(callbacks[thread_number + own[2] * serial] or callbacks[1], "^(.-)\t(.*)$")
  serial = serial + 1
  return table.concat({ "POST /v1/webhooks/mock HTTP/1.1\r\nHost: ", wrk.host, ":", wrk.port, "\r\nContent-Type: application/json\r\nContent-Length: ",
                        #body, "\r\nMock-Signature: ", signature, "\r\n\r\n", body })
end

-- An order, its payment, the gateway's callback: one after the other on the thread's only connection. Arguments: lines, low, high, the gateway's secret.
local flow = { step = "order" }

local function hmac(secret, text)
  local size = ffi.new("unsigned int[1]")
  local made = ffi.new("unsigned char[64]")
  ffi.C.HMAC(ffi.C.EVP_sha256(), secret, #secret, text, #text, made, size)
  local hex = {}
  for n = 0, size[0] - 1 do hex[n + 1] = string.format("%02x", made[n]) end
  return table.concat(hex)
end

local function clock()
  local now = ffi.new("bench_time")
  ffi.C.clock_gettime(1, now)
  return tonumber(now.seconds) * 1000000 + math.floor(tonumber(now.nanoseconds) / 1000)
end

local alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
local function decode(text)
  local bits, count, out = 0, 0, {}
  for letter in string.gmatch(text, "[%w_-]") do
    bits = bits * 64 + string.find(alphabet, letter, 1, true) - 1
    count = count + 6
    if count >= 8 then
      count = count - 8
      local byte = math.floor(bits / 2 ^ count)
      out[#out + 1] = string.char(byte)
      bits = bits - byte * 2 ^ count
    end
  end
  return table.concat(out)
end

local steps = {}

function steps.order()
  flow.token, flow.began = token(), clock()
  local lines = {}
  for n = 1, own[1] do lines[n] = line(own[2], own[3]) end
  return post("/v1/orders", flow.token, true, '{"items":[' .. table.concat(lines, ",") .. "]}")
end

function steps.payment() return post("/v1/orders/" .. flow.order .. "/payments", flow.token, true, '{"provider":"mock"}') end

function steps.callback()
  local body = string.format(
    '{"id":"mock_evt_%s_pay","type":"completed","data":{"payment_id":"%s","reference":"%s","amount":%s,"currency":"%s"}}',
    string.gsub(flow.payment, "-", ""), flow.payment, flow.reference, flow.amount, flow.currency)
  local now = os.time()
  return table.concat({ "POST /v1/webhooks/mock HTTP/1.1\r\nHost: ", wrk.host, ":", wrk.port, "\r\nContent-Type: application/json\r\nContent-Length: ",
                        #body, "\r\nMock-Signature: t=", now, ",v1=", hmac(own[4], now .. "." .. body), "\r\n\r\n", body })
end

local function follow(status, headers, body)
  if status > 299 then
    flow.step = "order"
  elseif flow.step == "order" then
    flow.order, flow.step = string.match(body, '"id":"([^"]+)"'), "payment"
  elseif flow.step == "payment" then
    local said = decode(string.match(body, '/mock/checkout/([%w_-]+)'))
    flow.payment, flow.reference, flow.amount, flow.currency = string.match(said, '^%["([^"]+)",[^,]+,"[^"]+","([^"]+)",(%d+),"(%a+)"')
    flow.step = "callback"
  else
    flows[#flows + 1] = clock() - flow.began
    flow.step = "order"
  end
end

function kinds.flow() return steps[flow.step]() end

function init(arguments)
  tokens, prefix, start = read_lines(arguments[2]), arguments[3], arguments[4]
  math.randomseed(tonumber(string.sub(start, -9)) + 7919 * thread_number)
  own = {}
  for n = 5, #arguments do own[n - 4] = tonumber(arguments[n]) or arguments[n] end
  request = kinds[arguments[1]]
  if arguments[1] == "flow" then
    ffi = require("ffi")  -- wrk itself is linked with OpenSSL
    ffi.cdef [[
      typedef struct { long seconds; long nanoseconds; } bench_time;
      int clock_gettime(int, bench_time *);
      const void *EVP_sha256(void);
      unsigned char *HMAC(const void *, const void *, int, const unsigned char *, size_t, unsigned char *, unsigned int *);
    ]]
    flows = {}
    response = follow
  end
end

function done(summary, latency, requests)
  local count, p50, p99 = summary.requests, latency:percentile(50), latency:percentile(99)
  local all
  for _, thread in ipairs(threads) do
    local found = thread:get("flows")
    if found then
      all = all or {}
      for _, took in ipairs(found) do all[#all + 1] = took end
    end
  end
  if all then
    table.sort(all)
    count, p50, p99 = #all, all[math.ceil(#all * 0.5)] or 0, all[math.ceil(#all * 0.99)] or 0
  end
  io.write(string.format(
    '\n{"requests": %d, "microseconds": %d, "p50": %d, "p99": %d, "status": %d, "connect": %d, "read": %d, "write": %d, "timeout": %d}\n',
    count, summary.duration, p50, p99, summary.errors.status, summary.errors.connect, summary.errors.read, summary.errors.write,
    summary.errors.timeout))
end
