-- Rows that have waited are counted in the generation in which their messages were read.
ALTER TABLE wait ADD COLUMN generation integer NOT NULL DEFAULT 1;
