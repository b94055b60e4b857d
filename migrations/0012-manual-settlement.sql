-- 0012: what a person said of an operation whose outcome the acquirer did not tell.
-- Why:   who decided and why has to stand beside the books, and the acquirer's own answer must be asked for until it comes: when it
--        says the contrary, an invariant fails. One row an operation, written with its outcome in the same transaction.
-- Order: before `npm run unknown` settles the first. Older functions do not know the table.
-- Undo:  forward only. Rows are never changed but for acquirer_said, which is written once, and never deleted.
CREATE TABLE IF NOT EXISTS manual_settlement (
  operation_id  CHAR(29)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  payment_id    CHAR(30)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  attempt       INT          NOT NULL COMMENT 'of the operation, raised for this',
  outcome       VARCHAR(10)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'the state that the person gave the operation',
  who           VARCHAR(64)  CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  reason        VARCHAR(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  settled_at    DATETIME(3)  NOT NULL COMMENT 'real time',
  acquirer_said VARCHAR(10)  CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'what it decided; null until it has said so',
  CONSTRAINT manual_settlement_pk PRIMARY KEY (operation_id),
  CONSTRAINT manual_settlement_outcome CHECK (outcome IN ('SUCCEEDED', 'FAILED')),
  CONSTRAINT manual_settlement_said CHECK (acquirer_said IN ('approved', 'declined', 'canceled')),
  INDEX manual_settlement_by_payment (payment_id),
  INDEX manual_settlement_unconfirmed (acquirer_said, settled_at)
) ENGINE = InnoDB;
