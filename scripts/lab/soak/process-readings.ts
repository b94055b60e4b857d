/** What Linux says of a process: memory, open files, sockets. */
import { readdirSync, readlinkSync } from 'node:fs'
import { processMemoryBytes } from '../../local/process-table.ts'
import type { Reading } from './watched.ts'

const MB = 1_000_000

/** Nothing of a process that is gone or not ours. */
export function processReadings(of: string, pid: number): Reading[] {
  const open = openFilesOf(pid)
  if (open === undefined) return []
  return [
    { kind: 'memory', of, value: processMemoryBytes(pid) / MB },
    { kind: 'files', of, value: open.filter(target => !isSocket(target)).length },
    { kind: 'sockets', of, value: open.filter(isSocket).length },
  ]
}

const isSocket = (target: string): boolean => target.startsWith('socket:')

/** What each of them leads to. One may be closed while we look. */
function openFilesOf(pid: number): string[] | undefined {
  const folder = `/proc/${pid}/fd`
  try {
    return readdirSync(folder).flatMap(name => targetOf(`${folder}/${name}`))
  } catch {
    return undefined
  }
}

function targetOf(link: string): string[] {
  try {
    return [readlinkSync(link)]
  } catch {
    return []
  }
}
