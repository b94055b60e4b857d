/** Matches the files that wait, and prints how long it took and how much memory: DATABASE_URL. */
import { matchFiles } from '../../../../shared/reconciliation/match-files.ts'
import { printMeasured } from './measured.ts'

const doorbell = { ring: async () => undefined }

await printMeasured((ports, transactions) => {
  const { reconSources, reconFiles, reconLines, matchers, latePasses, clock } = ports
  return matchFiles(
    { reconSources, reconFiles, reconLines, matchers, latePasses, doorbell, clock, transactions },
    Number.POSITIVE_INFINITY,
  )
})
