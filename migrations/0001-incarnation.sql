-- 0001: the identity of this database, a random row made once.
-- Why:   cached answers in Redis carry it in their keys, so that a reset database is never answered from an old cache.
-- Order: first.
-- Undo:  forward only. Deleting the row makes every cached answer unreachable; it loses nothing.
CREATE TABLE IF NOT EXISTS incarnation (
  id             TINYINT     NOT NULL,
  incarnation_id CHAR(36)    CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  CONSTRAINT incarnation_pk PRIMARY KEY (id),
  CONSTRAINT incarnation_single CHECK (id = 1)
) ENGINE = InnoDB;

INSERT INTO incarnation (id, incarnation_id)
SELECT 1, UUID() FROM (SELECT COUNT(*) AS existing FROM incarnation) AS counted WHERE counted.existing = 0;
