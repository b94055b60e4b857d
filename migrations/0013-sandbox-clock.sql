-- 0013: how far the virtual clock of the sandbox is ahead of the real one, and how far it is to go.
-- Why:   every process of a sandbox reads it; it must be the same for all, survive a restart, and only grow. Deployed functions do not
--        read it: their two times are the same.
-- Order: before the functions that read it.
-- Undo:  forward only. Setting both to 0 brings virtual time back to now: holds and keys of the days between count as the future.
CREATE TABLE IF NOT EXISTS sandbox_clock (
  id               TINYINT     NOT NULL,
  offset_ms        BIGINT      NOT NULL COMMENT 'virtual time is now and this',
  target_offset_ms BIGINT      NOT NULL COMMENT 'where the advances that were asked for lead to',
  moved_at         DATETIME(3) NULL COMMENT 'real time; null when it never moved',
  CONSTRAINT sandbox_clock_pk PRIMARY KEY (id),
  CONSTRAINT sandbox_clock_single CHECK (id = 1),
  CONSTRAINT sandbox_clock_forward CHECK (offset_ms >= 0 AND target_offset_ms >= offset_ms)
) ENGINE = InnoDB;

INSERT INTO sandbox_clock (id, offset_ms, target_offset_ms)
SELECT 1, 0, 0 FROM (SELECT COUNT(*) AS existing FROM sandbox_clock) AS counted WHERE counted.existing = 0;
