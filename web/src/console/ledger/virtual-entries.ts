/** Whether virtual time was ahead when an entry's money moved: its own two times tell. */
import type { Ahead } from '../view/use-virtual-note.ts'

interface EntryTimes {
  /** Virtual. */
  occurredAt: string
  /** Real. */
  recordedAt: string
}

/** Money moves before its entry is recorded. So a later time of moving is by a clock that is ahead, at least by the difference. */
export const aheadOf = ({ occurredAt, recordedAt }: EntryTimes): Ahead => ({
  virtualAheadMs: Math.max(0, Date.parse(occurredAt) - Date.parse(recordedAt)),
})
