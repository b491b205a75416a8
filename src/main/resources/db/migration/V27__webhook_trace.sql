-- Which request or batch a message tells of, as W3C Trace Context has it; null when there was none.
ALTER TABLE webhook_delivery ADD COLUMN traceparent text CHECK (length(traceparent) <= 55);
