-- 0011: what partial captures, voids and expiries need: the fee schedule of each payment, the merchant's own name for it,
-- and whether a capture ends the hold.
-- Why:   the parts of a payment must pay the fee of the whole, so the schedule is the one of its authorization. A resumed capture must
--        ask the acquirer for the same thing again. The index finds holds that ran out without reading those that did not.
--        Two operations of a payment never have one place: the unique key takes over from the index that led to a payment's operations.
-- Order: before the functions that capture parts. The functions before them leave the new columns null: their payments get a schedule
--        with their first capture, and their captures are final. They must be gone before the first partial capture: they would
--        book the fee of a later part without the parts before it.
-- Cost:  the columns change only the description of the tables (ALGORITHM = INSTANT, by itself). The two indexes are built while
--        others write.
-- Undo:  forward only. Dropping the indexes loses nothing.
ALTER TABLE payment
  ADD COLUMN order_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'the merchant''s own',
  ADD COLUMN fee_basis_points SMALLINT NULL COMMENT 'as of the authorization',
  ADD COLUMN fee_fixed BIGINT NULL COMMENT 'minor units, once a payment; as of the authorization';

ALTER TABLE payment_operation
  ADD COLUMN final_capture TINYINT NULL COMMENT 'of captures; null in rows of functions that captured only all',
  ADD COLUMN combined TINYINT NOT NULL DEFAULT 0 COMMENT '1: authorization and capture in one call, on both',
  ADD CONSTRAINT payment_operation_sequence UNIQUE (payment_id, sequence),
  DROP INDEX payment_operation_by_payment;

CREATE INDEX payment_by_capture_limit ON payment (status, capture_before);

CREATE INDEX payment_by_order ON payment (order_id, payment_id);
