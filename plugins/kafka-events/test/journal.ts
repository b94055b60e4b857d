/** What the fixture's handlers did, one line per attempt, and what the test did to the processes meanwhile. */
import { appendFileSync, closeSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A handler's begin or end. The offsets from `first` to `last` are all there unless `gaps` says otherwise. */
export interface Attempt {
  kind: 'begin' | 'done' | 'fail'
  pid: number
  partition: number
  first: number
  last: number
  gaps: boolean
}

/** A process is dead; when nobody else is in its group, `committed` says where the next owner must go on. */
export interface Gone {
  kind: 'gone'
  pid: number
  committed?: number[]
}

/** From here on a partition may change hands, and what was not committed may come again. */
export interface Disturbed {
  kind: 'disturbed'
}

export type Entry = Attempt | Gone | Disturbed

export interface Journal {
  /** For the fixture's environment. */
  env: { FIXTURE_JOURNAL: string; FIXTURE_HOLD: string }
  /** The entries since the last call: for those who follow a long run. */
  next(): Entry[]
  /** All attempts so far. */
  attempts(kind?: Attempt['kind']): Attempt[]
  note(entry: Gone | Disturbed): void
  /** Handlers that have begun end no more until `release`. */
  hold(): void
  release(): void
  remove(): void
}

const CHUNK_BYTES = 1024 * 1024

export function createJournal(): Journal {
  const directory = mkdtempSync(join(tmpdir(), 'kafka-events-'))
  const path = join(directory, 'journal')
  const holdPath = join(directory, 'hold')
  writeFileSync(path, '')
  const all: Entry[] = []
  let taken = 0
  const follow = followLines(path)
  const read = () => all.push(...follow().map(entryOf))
  const next = () => {
    read()
    const entries = all.slice(taken)
    taken = all.length
    return entries
  }
  return {
    env: { FIXTURE_JOURNAL: path, FIXTURE_HOLD: holdPath },
    next,
    attempts: kind => {
      read()
      return all.filter((entry): entry is Attempt => 'first' in entry && (!kind || entry.kind === kind))
    },
    note: entry => appendFileSync(path, `${JSON.stringify(entry)}\n`),
    hold: () => writeFileSync(holdPath, ''),
    release: () => rmSync(holdPath, { force: true }),
    remove: () => rmSync(directory, { recursive: true }),
  }
}

/** Reads what has been appended since the last call, whole lines only. */
function followLines(path: string): () => string[] {
  const chunk = Buffer.alloc(CHUNK_BYTES)
  let position = 0
  let rest = ''
  return () => {
    const file = openSync(path, 'r')
    try {
      for (let bytes = -1; bytes !== 0; position += bytes) {
        bytes = readSync(file, chunk, 0, CHUNK_BYTES, position)
        rest += chunk.toString('latin1', 0, bytes)
      }
    } finally {
      closeSync(file)
    }
    const lines = rest.split('\n')
    rest = lines.pop()!
    return lines
  }
}

function entryOf(line: string): Entry {
  if (line.startsWith('{')) return JSON.parse(line)
  const [kind, pid, topicPartition, ranges] = line.split(' ') as [Attempt['kind'], string, string, string]
  const offsets = ranges.split(/[-,]/).map(Number)
  return {
    kind,
    pid: Number(pid),
    partition: Number(topicPartition.slice(topicPartition.lastIndexOf('-') + 1)),
    first: offsets[0]!,
    last: offsets.at(-1)!,
    gaps: offsets.length !== 2,
  }
}
