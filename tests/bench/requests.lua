-- What wrk sends. Arguments: the kind of request (a function below), the file of access tokens, the prefix of product ids, a seed, and the kind's own.
-- After the last answer one line of JSON says how it went.

local number = 0

function setup(thread)
  number = number + 1
  thread:set("thread_number", number)
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

function init(arguments)
  tokens, prefix, start = read_lines(arguments[2]), arguments[3], arguments[4]
  math.randomseed(tonumber(string.sub(start, -9)) + 7919 * thread_number)
  own = {}
  for n = 5, #arguments do own[n - 4] = tonumber(arguments[n]) or arguments[n] end
  request = kinds[arguments[1]]
end

function done(summary, latency, requests)
  io.write(string.format(
    '\n{"requests": %d, "microseconds": %d, "p50": %d, "p99": %d, "status": %d, "connect": %d, "read": %d, "write": %d, "timeout": %d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), summary.errors.status, summary.errors.connect,
    summary.errors.read, summary.errors.write, summary.errors.timeout))
end
