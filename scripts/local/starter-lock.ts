/** One starter per data folder: two databases on the same files would destroy them. */
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { identityOf, isAlive, type ProcessIdentity } from './process-table.ts'

/** Takes the lock, or returns who holds it. The lock of a starter that is gone is taken over. */
export function takeLock(path: string): ProcessIdentity | undefined {
  mkdirSync(dirname(path), { recursive: true })
  const draft = `${path}.${process.pid}`
  writeFileSync(draft, JSON.stringify(identityOf(process.pid)))
  try {
    for (;;) {
      if (linked(draft, path)) return undefined
      const holder = holderOf(path)
      if (holder) return holder
      rmSync(path, { force: true })
    }
  } finally {
    rmSync(draft)
  }
}

/** A link is created together with its content. A new file would be empty for a moment. */
function linked(draft: string, path: string): boolean {
  try {
    linkSync(draft, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** The starter that holds the lock and still runs. */
export function holderOf(path: string): ProcessIdentity | undefined {
  try {
    const holder = JSON.parse(readFileSync(path, 'utf8')) as ProcessIdentity
    return isAlive(holder) ? holder : undefined
  } catch {
    return undefined
  }
}

export function releaseLock(path: string): void {
  rmSync(path, { force: true })
}
