-- 0032: the dead letters of payment.dlq as rows, each with what was done about it.
-- Why:   the console lists, filters and pages letters, shows their bytes while Kafka is away, and lets one at a time act on a letter: its
--        row is locked while it is sent. The topic stays the truth. The function recordDeadLetters reads it from its beginning, so that the
--        rows are there again whenever they are lost.
-- Order: before functions/events/record-dead-letters.ts and the routes that read the table. Older functions know neither.
-- Cost:  a new table. A letter takes as much as its record, at most 8 MiB, and there are few.
-- Undo:  forward only. Dropping the table loses nothing that the topic and the audit log do not have.
CREATE TABLE IF NOT EXISTS dead_letter (
  topic            VARCHAR(64)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'payment.dlq',
  partition_number INT          NOT NULL,
  record_offset    BIGINT       NOT NULL,
  letter_hash      CHAR(64)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'SHA-256 of the record on payment.dlq',
  state            VARCHAR(10)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  error            VARCHAR(512) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL COMMENT 'why it was refused',
  failed_at        DATETIME(3)  NULL COMMENT 'real time',
  origin_topic     VARCHAR(249) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL COMMENT 'null: the letter cannot be read',
  origin_partition INT          NULL,
  origin_offset    BIGINT       NULL,
  payment_id       CHAR(30)     CHARACTER SET ascii COLLATE ascii_bin NULL,
  value_bytes      INT          NULL COMMENT 'length of record_value',
  record_key       MEDIUMBLOB   NULL COMMENT 'of the record that was refused; of a letter that cannot be read, its own',
  record_value     LONGBLOB     NULL,
  record_headers   MEDIUMTEXT   CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'JSON: pairs of base64',
  noted_offset     BIGINT       NULL COMMENT 'of the last note about it on payment.dlq',
  note_key         VARCHAR(300) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  actor            VARCHAR(64)  CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  note_reason      VARCHAR(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  handled_at       DATETIME(3)  NULL COMMENT 'real time',
  CONSTRAINT dead_letter_pk PRIMARY KEY (topic, partition_number, record_offset),
  CONSTRAINT dead_letter_state CHECK (state IN ('WAITING', 'REDRIVEN', 'PUT_ASIDE')),
  INDEX dead_letter_by_offset (record_offset, partition_number),
  INDEX dead_letter_by_state (state, record_offset, partition_number)
) ENGINE = InnoDB;
