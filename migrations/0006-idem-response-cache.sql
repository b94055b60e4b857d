-- 0006: the stored answer of every idempotency key, byte for byte.
-- Why:   a repeat gets the first answer; the canonical request tells a replay from a misuse and names the differences.
-- Order: before functions/api ships.
-- Undo:  forward only. Rows may be pruned 15 days after finished_at; payment_operation still refuses the key then.
CREATE TABLE IF NOT EXISTS idem_response_cache (
  merchant_id       VARCHAR(32)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  idempotency_key   VARCHAR(64)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  operation_id      CHAR(29)     CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'null when refused before an operation began',
  fingerprint       CHAR(67)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  canonical_request MEDIUMTEXT   CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  status_code       SMALLINT     NULL,
  content_type      VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NULL,
  body              MEDIUMBLOB   NULL,
  created_at        DATETIME(3)  NOT NULL,
  finished_at       DATETIME(3)  NULL,
  CONSTRAINT idem_response_cache_pk PRIMARY KEY (merchant_id, idempotency_key),
  CONSTRAINT idem_response_cache_whole CHECK ((status_code IS NULL) = (body IS NULL) AND (status_code IS NULL) = (finished_at IS NULL)),
  INDEX idem_response_cache_finished (finished_at)
) ENGINE = InnoDB;
