-- 0009: how far events have come, noted each minute: consumers by partition, and the outbox by topic.
-- Why:   a function has no memory of a minute; whether a consumer stands still shows only beside what was seen before.
-- Order: before functions/jobs/sweep-outbox.ts writes them; older functions do not know the tables.
-- Undo:  forward only. Deleting the rows loses nothing but the time since when.
CREATE TABLE IF NOT EXISTS consumer_progress (
  group_id         VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  topic            VARCHAR(64)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  partition_number INT          NOT NULL,
  committed_offset BIGINT       NOT NULL COMMENT 'the next record that the group will read',
  end_offset       BIGINT       NOT NULL COMMENT 'the next record that Kafka will write',
  still_since      DATETIME(3)  NULL COMMENT 'since when records wait and the group has not moved; null when none wait',
  observed_at      DATETIME(3)  NOT NULL,
  CONSTRAINT consumer_progress_pk PRIMARY KEY (group_id, topic, partition_number)
) ENGINE = InnoDB;

CREATE TABLE IF NOT EXISTS outbox_backlog (
  topic             VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  waiting           INT         NOT NULL COMMENT 'rows that wait for Kafka, parked ones aside',
  oldest_id         BIGINT      NOT NULL COMMENT 'outbox_event.id of the first of them',
  oldest_created_at DATETIME(3) NOT NULL,
  observed_at       DATETIME(3) NOT NULL,
  CONSTRAINT outbox_backlog_pk PRIMARY KEY (topic)
) ENGINE = InnoDB;
