-- 0002: one row per payment: what was authorized, captured and refunded so far.
-- Why:   the row is the lock that orders every operation on one payment; the checks make impossible totals unstorable.
-- Order: before functions/api ships.
-- Undo:  forward only.
CREATE TABLE IF NOT EXISTS payment (
  payment_id           CHAR(30)    CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  merchant_id          VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  idempotency_key      VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  status               VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  amount               BIGINT      NOT NULL COMMENT 'minor units',
  currency             CHAR(3)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  captured_amount      BIGINT      NOT NULL DEFAULT 0 COMMENT 'minor units',
  refunded_amount      BIGINT      NOT NULL DEFAULT 0 COMMENT 'minor units',
  payment_method       VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  pending_operation_id CHAR(29)    CHARACTER SET ascii COLLATE ascii_bin NULL,
  event_count          INT         NOT NULL DEFAULT 0 COMMENT 'sequence of the newest event of this payment',
  shard                SMALLINT    NOT NULL COMMENT 'partition of outbox.ready that wakes the relay',
  capture_before       DATETIME(3) NULL,
  created_at           DATETIME(3) NOT NULL,
  updated_at           DATETIME(3) NOT NULL,
  CONSTRAINT payment_pk PRIMARY KEY (payment_id),
  CONSTRAINT payment_key UNIQUE (merchant_id, idempotency_key),
  CONSTRAINT payment_amount CHECK (amount BETWEEN 1 AND 999999999999),
  CONSTRAINT payment_captured CHECK (captured_amount BETWEEN 0 AND amount),
  CONSTRAINT payment_refunded CHECK (refunded_amount BETWEEN 0 AND captured_amount),
  CONSTRAINT payment_status CHECK (status IN ('REQUESTED', 'AUTHORIZED', 'DECLINED', 'FAILED', 'PARTIALLY_CAPTURED',
    'COMPLETED', 'VOIDED', 'EXPIRED', 'PARTIALLY_REFUNDED', 'REFUNDED')),
  INDEX payment_by_merchant (merchant_id, payment_id),
  INDEX payment_by_status (status, payment_id)
) ENGINE = InnoDB;
