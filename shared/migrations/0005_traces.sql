ALTER TABLE outbox ADD COLUMN traceparent text;
COMMENT ON COLUMN outbox.traceparent IS 'The span of the command (W3C Trace Context), where traces are kept: it goes to Kafka as a header.';
