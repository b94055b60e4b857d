-- 0003: one row per authorize, capture, refund (later void, expire), with its lease and outcome.
-- Why:   the acquirer is asked between two transactions; this row says who is asking, since when, and what came of it.
--        The unique key is kept for good: a key whose stored answer was pruned is still never executed again.
-- Order: after 0002.
-- Undo:  forward only.
CREATE TABLE IF NOT EXISTS payment_operation (
  operation_id       CHAR(29)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  payment_id         CHAR(30)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  merchant_id        VARCHAR(32)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  idempotency_key    VARCHAR(64)  CHARACTER SET ascii COLLATE ascii_bin NULL,
  kind               VARCHAR(10)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  amount             BIGINT       NOT NULL COMMENT 'minor units',
  currency           CHAR(3)      CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  state              VARCHAR(10)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  decline_reason     VARCHAR(64)  CHARACTER SET ascii COLLATE ascii_bin NULL,
  reason             VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL COMMENT 'the caller''s own words',
  attempt            INT          NOT NULL DEFAULT 1,
  lease_until_ms     BIGINT       NOT NULL,
  next_attempt_at_ms BIGINT       NOT NULL,
  created_at         DATETIME(3)  NOT NULL,
  finished_at        DATETIME(3)  NULL,
  CONSTRAINT payment_operation_pk PRIMARY KEY (operation_id),
  CONSTRAINT payment_operation_key UNIQUE (merchant_id, idempotency_key),
  CONSTRAINT payment_operation_amount CHECK (amount > 0),
  CONSTRAINT payment_operation_kind CHECK (kind IN ('authorize', 'capture', 'refund', 'void', 'expire')),
  CONSTRAINT payment_operation_state CHECK (state IN ('PENDING', 'SUCCEEDED', 'DECLINED', 'FAILED')),
  INDEX payment_operation_by_payment (payment_id, operation_id),
  INDEX payment_operation_due (state, next_attempt_at_ms)
) ENGINE = InnoDB;
