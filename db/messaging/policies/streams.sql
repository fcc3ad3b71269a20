-- Open streams, reached only through messaging.open_stream(), renew_streams(), close_streams() and record_event().
ALTER TABLE messaging.streams ENABLE ROW LEVEL SECURITY;
REVOKE ALL ON messaging.streams FROM store_api;
