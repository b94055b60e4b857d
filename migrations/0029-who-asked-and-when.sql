-- 0029: which request claimed an operation, when the acquirer was asked and answered, and the indexes by which the console finds payments.
-- Why:   whoever looks into a payment has a request id of a log, a key of a merchant, or a day and a few filters. Lists walk one index
--        from its newest entry down and check everything else on its entries: 50,000 of them take 45 ms, and 270 where each row is read.
--        docs/console-lists.md says which question goes by which index.
-- Order: before the functions that name the columns and the indexes. Older functions neither read nor write the columns: they are null
--        in their rows.
-- Cost:  the columns change only the description of the table (ALGORITHM = INSTANT, by itself). The four indexes are built in place,
--        while others write: the two of 300,000 payments took 4 s together. Each authorize then writes into all four, and the two of
--        payment again when its status changes: some 20 microseconds of MariaDB.
-- Undo:  forward only. Dropping the indexes loses nothing, once no function names them.
ALTER TABLE payment_operation
  ADD COLUMN IF NOT EXISTS request_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'of the request that claimed it; null: a job did, or it is not known',
  ADD COLUMN IF NOT EXISTS asked_at DATETIME(3) NULL COMMENT 'real time: when the acquirer was last asked',
  ADD COLUMN IF NOT EXISTS answered_at DATETIME(3) NULL COMMENT 'real time: when the answer that was recorded came';

ALTER TABLE payment_operation
  ADD INDEX IF NOT EXISTS payment_operation_by_request (request_id, operation_id),
  ADD INDEX IF NOT EXISTS payment_operation_by_key (idempotency_key, operation_id);

ALTER TABLE payment
  ADD INDEX IF NOT EXISTS payment_by_time (created_at, payment_id, status, currency, amount, payment_method),
  ADD INDEX IF NOT EXISTS payment_by_merchant_time (merchant_id, created_at, payment_id, status, currency, amount, payment_method);
