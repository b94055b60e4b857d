-- 0030: what operators asked for in the console, each under the key of its dialog.
-- Why:   a click may be sent twice, and its answer may be lost. The primary key decides which of two is the first; the other gets the answer
--        of that one, and nothing is done twice. The row is written in the transaction of the change, with its entry of the audit log.
-- Order: before the functions of this release that change something under /operator/. Older functions do not know the table.
-- Cost:  a row for each thing that an operator does.
-- Undo:  forward only. Rows stay for good, as the keys of payment_operation and the audit log do: a key that was forgotten would work again.
CREATE TABLE IF NOT EXISTS console_action (
  action_key        CHAR(34)    CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'console: and a ULID',
  operator          VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL COMMENT 'the name, as in audit_log',
  action            VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  subject           VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  request_hash      CHAR(67)    CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  canonical_request MEDIUMTEXT  CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL COMMENT 'JSON, by which the differences of another request are named',
  answer            MEDIUMTEXT  CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL COMMENT 'JSON; null: none was kept here, as of an operation on a payment, whose answer is kept with it',
  at                DATETIME(3) NOT NULL COMMENT 'real time',
  CONSTRAINT console_action_pk PRIMARY KEY (action_key),
  INDEX console_action_by_subject (subject, at)
) ENGINE = InnoDB;
