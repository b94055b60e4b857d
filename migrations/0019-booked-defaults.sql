-- 0019: which terms of merchants without any of their own are part of what was booked.
-- Why:   a default has no date. When its VAT or what becomes of the fee changes, what was booked before no longer fits it, and nobody can
--        tell a wrong entry from an old one. They are written down with the first event, and consumers refuse to book by others.
-- Order: before functions/events/record-ledger.ts and functions/events/expect-settlement.ts. Older functions do not know the table.
-- Undo:  forward only. The row is never changed: other terms are rows of settlement_terms, from a moment on.
CREATE TABLE IF NOT EXISTS booked_defaults (
  id         TINYINT     NOT NULL,
  vat_mode   VARCHAR(9)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  refund_fee VARCHAR(6)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  added_at   DATETIME(3) NOT NULL COMMENT 'real time',
  CONSTRAINT booked_defaults_pk PRIMARY KEY (id),
  CONSTRAINT booked_defaults_single CHECK (id = 1),
  CONSTRAINT booked_defaults_vat CHECK (vat_mode IN ('exclusive', 'inclusive', 'none')),
  CONSTRAINT booked_defaults_refund CHECK (refund_fee IN ('keep', 'return'))
) ENGINE = InnoDB;
