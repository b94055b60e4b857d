/** What of reconciliation falls due by virtual time: for the sandbox, whose clock stops on the way where something is to be done. */
import type { DueJob } from '../payments/ports.ts'
import { type AgePorts, ageBreaks, countMissing, nextMissingMs } from './age-breaks.ts'
import { type ImportJobPorts, importing } from './fetch-due.ts'
import { type MatchFilesPorts, matchFiles, waitingFiles } from './match-files.ts'
import { countLate, type ResolveLatePorts } from './resolve-late.ts'

export type MatchJobPorts = MatchFilesPorts & Pick<ResolveLatePorts, 'lateLines'>

/** In the order in which one makes work for the next. */
export const reconJobs = (ports: ImportJobPorts & MatchJobPorts & AgePorts): readonly DueJob[] => [
  importing(ports),
  matching(ports),
  aging(ports),
]

export const matching = (ports: MatchJobPorts): DueJob => ({
  name: 'match-files',
  left: async () => (await waitingFiles(ports)) + (await countLate(ports)),
  nextDueMs: async () => undefined,
  async run(deadlineMs) {
    const { lines, files, late } = await matchFiles(ports, deadlineMs)
    return lines + files + late
  },
})

export const aging = (ports: AgePorts): DueJob => ({
  name: 'age-breaks',
  left: virtualNowMs => countMissing(ports, virtualNowMs),
  nextDueMs: () => nextMissingMs(ports),
  async run(deadlineMs) {
    const { overdue, dated, others } = await ageBreaks(ports, deadlineMs)
    return overdue + dated + others
  },
})
