-- 0028: links that sign an operator in to the console, and the sessions that come of them.
-- Why:   the console knows its operators by a session, which must end at once when its operator is disabled. All three secrets are random
--        and of 256 bits; here are their SHA-256, so that whoever reads the database cannot act as somebody else. The row of a link
--        decides who of two gets its session: it is locked and deleted in the transaction that writes the session.
-- Order: before functions/api/sign-in.ts and the commands of this release, whose `operators disable` and `rotate` end sessions. Older
--        functions and commands know neither table: one that disables an operator leaves rows, and a session of a disabled operator opens
--        nothing.
-- Cost:  two new tables. Each row that is added deletes up to a hundred of those that ended a day ago.
-- Undo:  forward only. Whoever is signed in signs in again after the tables are gone.
CREATE TABLE IF NOT EXISTS console_link (
  link_hash   CHAR(64)    CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'SHA-256 of the secret in the link',
  operator_id CHAR(30)    CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  created_at  DATETIME(3) NOT NULL COMMENT 'real time, as the others',
  expires_at  DATETIME(3) NOT NULL,
  CONSTRAINT console_link_pk PRIMARY KEY (link_hash),
  INDEX console_link_by_operator (operator_id),
  INDEX console_link_by_expiry (expires_at)
) ENGINE = InnoDB;

CREATE TABLE IF NOT EXISTS console_session (
  session_hash CHAR(64)    CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'SHA-256 of the secret in the cookie',
  secret_hash  CHAR(64)    CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'SHA-256 of the secret that the page keeps',
  operator_id  CHAR(30)    CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  created_at   DATETIME(3) NOT NULL COMMENT 'real time, as the others',
  used_at      DATETIME(3) NOT NULL COMMENT 'written at most once a minute',
  expires_at   DATETIME(3) NOT NULL COMMENT 'at the latest, however much it is used',
  ended_at     DATETIME(3) NULL COMMENT 'signed out, or the operator was disabled or got another token',
  CONSTRAINT console_session_pk PRIMARY KEY (session_hash),
  INDEX console_session_by_operator (operator_id),
  INDEX console_session_by_expiry (expires_at)
) ENGINE = InnoDB;
