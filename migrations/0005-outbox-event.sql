-- 0005: events written in the transaction that makes them true, waiting for Kafka.
-- Why:   the relay reads unpublished rows of its shard in id order; a parked row holds back only its own payment.
-- Order: before functions/events/relay-outbox.ts ships.
-- Undo:  forward only. Published rows may be archived.
CREATE TABLE IF NOT EXISTS outbox_event (
  id              BIGINT       NOT NULL AUTO_INCREMENT,
  event_id        CHAR(30)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  topic           VARCHAR(64)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  message_key     CHAR(30)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'payment id',
  sequence        INT          NOT NULL,
  payload         MEDIUMTEXT   CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  traceparent     CHAR(55)     CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'W3C trace context of the request',
  shard           SMALLINT     NOT NULL,
  created_at      DATETIME(3)  NOT NULL,
  published_at    DATETIME(3)  NULL,
  attempts        INT          NOT NULL DEFAULT 0 COMMENT 'refusals of this very record by the broker',
  next_attempt_at DATETIME(3)  NULL,
  parked_at       DATETIME(3)  NULL,
  last_error      VARCHAR(512) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  CONSTRAINT outbox_event_pk PRIMARY KEY (id),
  CONSTRAINT outbox_event_id UNIQUE (event_id),
  CONSTRAINT outbox_event_sequence UNIQUE (message_key, sequence),
  INDEX outbox_event_unpublished (shard, published_at, id)
) ENGINE = InnoDB;
