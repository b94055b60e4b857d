-- 0004: one row per movement of money, debit and credit together, so that the books balance by construction.
-- Why:   Kafka delivers at least once; the unique key makes a second delivery change nothing.
-- Order: before functions/events/record-ledger.ts ships.
-- Undo:  forward only. Rows are never updated or deleted; a correction is a new row.
CREATE TABLE IF NOT EXISTS ledger_entry (
  entry_id       CHAR(30)    CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  payment_id     CHAR(30)    CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  event_id       CHAR(30)    CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'the outbox event of the same step',
  entry_type     VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  debit_account  VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  credit_account VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  amount         BIGINT      NOT NULL COMMENT 'minor units',
  currency       CHAR(3)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  occurred_at    DATETIME(3) NOT NULL COMMENT 'when the money moved',
  recorded_at    DATETIME(3) NOT NULL COMMENT 'when this row was written',
  CONSTRAINT ledger_entry_pk PRIMARY KEY (entry_id),
  CONSTRAINT ledger_entry_once UNIQUE (event_id, entry_type),
  CONSTRAINT ledger_entry_amount CHECK (amount > 0),
  CONSTRAINT ledger_entry_two_accounts CHECK (debit_account <> credit_account),
  INDEX ledger_entry_by_payment (payment_id, entry_id)
) ENGINE = InnoDB;
