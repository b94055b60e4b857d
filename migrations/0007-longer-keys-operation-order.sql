-- 0007: keys of up to 300 characters, and the place of an operation among those of its payment.
-- Why:   callers' keys are longer than 64 characters (Stripe takes 255, Toss 300). The order of operations came from their ids,
--        which carry the clock: one that was set back put a capture before its authorization.
-- Order: before the functions that take longer keys. The functions before them neither read nor write `sequence`: it is null in
--        their rows, and readers put those where a place is free.
-- Cost:  MariaDB changes only the description of the tables (ALGORITHM = INSTANT, by itself): 0.2 to 0.3 s each with a million rows.
--        Each statement waits for the transactions that use its table, and new ones wait for it. A server that cannot do this copies
--        the tables, and nobody writes meanwhile: a minute and a half for a million rows of payment_operation,
--        on a busy machine.
-- Undo:  forward only. A key of more than 64 characters cannot be taken back.
ALTER TABLE payment
  MODIFY idempotency_key VARCHAR(300) CHARACTER SET ascii COLLATE ascii_bin NOT NULL;

ALTER TABLE payment_operation
  MODIFY idempotency_key VARCHAR(300) CHARACTER SET ascii COLLATE ascii_bin NULL,
  ADD COLUMN sequence INT NULL COMMENT '1 is the authorization; null in rows of functions that did not count';

ALTER TABLE idem_response_cache
  MODIFY idempotency_key VARCHAR(300) CHARACTER SET ascii COLLATE ascii_bin NOT NULL;
