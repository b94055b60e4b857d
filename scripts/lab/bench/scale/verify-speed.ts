/** Times the very command that proves the books right, and watches how much memory it takes. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { projectRoot } from '../../../local/paths.ts'

export interface VerifyRun {
  payments: number
  seconds: number
  perSecond: number
  /** The most memory that its process had; null where it cannot be seen. */
  memoryMiB: number | null
  broken: string[]
  pending: number
}

/** As `npm run verify` writes it. */
interface Result {
  name: string
  ok: boolean
  checked: number
  pending: number
}

/** Looks at each payment once. */
const ONE_A_PAYMENT = 'totals-in-bounds'
const WATCH_MS = 250

/** Passes on what it says, but for the invariants that hold. */
export async function runVerify(runFile: string, say: (line: string) => void, ...flags: string[]): Promise<VerifyRun> {
  const folder = await mkdtemp(join(tmpdir(), 'scale-verify-'))
  const json = join(folder, 'results.json')
  try {
    const startedMs = performance.now()
    const memoryMiB = await runCommand(['--run-file', runFile, '--json', json, ...flags], say)
    const seconds = (performance.now() - startedMs) / 1_000
    const results: Result[] = JSON.parse(readFileSync(json, 'utf8'))
    const payments = results.find(({ name }) => name === ONE_A_PAYMENT)!.checked
    return {
      payments,
      seconds,
      perSecond: payments / seconds,
      memoryMiB,
      broken: results.filter(({ ok }) => !ok).map(({ name }) => name),
      pending: results.reduce((sum, { pending }) => sum + pending, 0),
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function runCommand(args: string[], say: (line: string) => void): Promise<number | null> {
  const child = spawn(process.execPath, [join(projectRoot, 'scripts/verify.ts'), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let memoryMiB: number | null = null
  const watch = setInterval(() => {
    memoryMiB = peakMiBOf(child.pid) ?? memoryMiB
  }, WATCH_MS)
  createInterface(child.stdout).on('line', line => {
    if (/^(failed|pending|verifying|All|\d)/.test(line)) say(line)
  })
  await once(child, 'close')
  clearInterval(watch)
  return memoryMiB
}

function peakMiBOf(pid: number | undefined): number | null {
  try {
    const kib = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return kib === undefined ? null : Math.round(Number(kib) / 1_024)
  } catch {
    return null
  }
}
