/** Judges a journal: every record handled at least once, in order per partition, one batch at a time, duplicates where allowed. */
import type { Attempt, Entry, Gone } from './journal.ts'

export interface DeliveryCounts {
  attempts: number
  failures: number
  /** Records that were handed over again though a handler had succeeded with them. */
  redelivered: number
  /** Times that a partition went back to such records. */
  rewinds: number
  /** Batches that were running when their process was killed. */
  cutOff: number
}

export interface DeliveryOptions {
  /** Whether another process may begin while the former owner of a partition still works: so it is after a rebalance. */
  overlap?: 'never' | 'across processes'
}

interface Partition {
  /** The records before this offset have been handled. */
  next: number
  /** Batches that run, by process. */
  running: Map<number, Attempt>
  mayRewind: boolean
  /** Where the first batch after a kill must begin. */
  resumeAt?: number
}

export class DeliveryCheck {
  readonly complaints: string[] = []
  readonly counts: DeliveryCounts = { attempts: 0, failures: 0, redelivered: 0, rewinds: 0, cutOff: 0 }
  readonly #partitions: Partition[]
  readonly #overlap: 'never' | 'across processes'
  readonly #gone = new Set<number>()

  constructor(partitions: number, { overlap = 'never' }: DeliveryOptions = {}) {
    this.#overlap = overlap
    this.#partitions = Array.from({ length: partitions }, () => ({ next: 0, running: new Map(), mayRewind: false }))
  }

  /** Entries in the order in which they were written. */
  take(entries: Entry[]): void {
    for (const entry of entries) {
      if (entry.kind === 'disturbed') for (const partition of this.#partitions) partition.mayRewind = true
      else if (entry.kind === 'gone') this.#takeGone(entry)
      else if (entry.kind === 'begin') this.#takeBegin(entry)
      else this.#takeEnd(entry)
    }
  }

  /** Records of all partitions that have been handled. */
  get handled(): number {
    return this.#partitions.reduce((sum, { next }) => sum + next, 0)
  }

  /** Batches that the process is at. */
  runningIn(pid: number): number {
    return this.#partitions.filter(({ running }) => running.has(pid)).length
  }

  /** To be called once, when everything up to the end offsets should be done and the processes are idle. */
  finish(endOffsets: number[]): string[] {
    for (const [index, { next, running }] of this.#partitions.entries()) {
      if (next !== endOffsets[index]) this.#complain(index, `handled up to ${next} of ${endOffsets[index]}`)
      for (const attempt of running.values()) this.#complain(index, `${nameOf(attempt)} has not ended`)
    }
    return this.complaints
  }

  #takeGone({ pid, committed }: Gone): void {
    this.#gone.add(pid)
    for (const [index, partition] of this.#partitions.entries()) {
      if (partition.running.delete(pid)) this.counts.cutOff += 1
      partition.mayRewind = true
      if (!committed) continue
      partition.resumeAt = Math.max(committed[index]!, 0)
      if (partition.resumeAt > partition.next)
        this.#complain(
          index,
          `committed ${partition.resumeAt} when only the records before ${partition.next} were done`,
        )
    }
  }

  #takeBegin(attempt: Attempt): void {
    const { pid, first, last } = attempt
    const partition = this.#of(attempt)
    this.counts.attempts += 1
    if (this.#gone.has(pid)) this.#complainOf(attempt, 'begins in a process that is dead')
    if (attempt.gaps) this.#complainOf(attempt, 'lacks records in between')
    for (const other of partition.running.values())
      if (other.pid === pid || this.#overlap === 'never') this.#complainOf(attempt, `begins beside ${nameOf(other)}`)
    if (first > partition.next)
      this.#complainOf(attempt, `begins when only the records before ${partition.next} are done`)
    if (partition.resumeAt !== undefined && first !== partition.resumeAt)
      this.#complainOf(attempt, `begins where ${partition.resumeAt} was committed`)
    if (first < partition.next) {
      if (!partition.mayRewind) this.#complainOf(attempt, `begins again with what was done before ${partition.next}`)
      this.counts.rewinds += 1
      this.counts.redelivered += Math.min(last + 1, partition.next) - first
    }
    partition.resumeAt = undefined
    partition.running.set(pid, attempt)
  }

  #takeEnd(attempt: Attempt): void {
    const { kind, pid, first, last } = attempt
    const partition = this.#of(attempt)
    const begun = partition.running.get(pid)
    if (begun?.first !== first || begun.last !== last) this.#complainOf(attempt, `ends, but did not begin`)
    partition.running.delete(pid)
    if (kind === 'fail') this.counts.failures += 1
    else if (first <= partition.next) partition.next = Math.max(partition.next, last + 1)
  }

  #of({ partition }: Attempt): Partition {
    return this.#partitions[partition]!
  }

  #complainOf(attempt: Attempt, what: string): void {
    this.#complain(attempt.partition, `${nameOf(attempt)} ${what}`)
  }

  #complain(partition: number, what: string): void {
    this.complaints.push(`partition ${partition}: ${what}`)
  }
}

const nameOf = ({ pid, first, last }: Attempt): string => `${first}–${last} in ${pid}`
