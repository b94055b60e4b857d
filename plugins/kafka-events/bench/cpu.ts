/** CPU seconds of the processes beside the one that consumes: the broker, and the benchmark itself. */
import { readFileSync } from 'node:fs'

export interface CpuSeconds {
  /** Absent where it cannot be seen: not Linux, another machine, or nobody said which process it is. */
  broker?: number
  bench?: number
}

/** Linux counts in hundredths of a second, whatever the kernel's own clock. */
const TICKS_PER_SECOND = 100

export function readCpuSeconds(brokerPid: number | undefined): CpuSeconds {
  const { user, system } = process.cpuUsage()
  const broker = brokerPid === undefined ? undefined : secondsOf(brokerPid)
  return { ...(broker === undefined ? {} : { broker }), bench: (user + system) / 1e6 }
}

export const cpuSecondsBetween = (before: CpuSeconds, after: CpuSeconds): CpuSeconds => ({
  ...(before.broker === undefined || after.broker === undefined ? {} : { broker: after.broker - before.broker }),
  bench: (after.bench ?? 0) - (before.bench ?? 0),
})

function secondsOf(pid: number): number | undefined {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The command is in parentheses and may hold anything, even a parenthesis.
    const fields = line.slice(line.lastIndexOf(')') + 2).split(' ')
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
  } catch {
    return undefined
  }
}
