/** `npm run bench:recon`: large settlement files from their bytes to their breaks, alone and beside authorizes. */
import { type JsonTarget, terminalBeside } from '../../../terminal/json.ts'
import { createReporter } from '../../../terminal/output.ts'
import { resultFile, writeResult } from '../../result-file.ts'
import { linesOf, originLines, problemLines } from '../report.ts'
import { SCALE_MARIADB_FLAGS } from '../scale/settings.ts'
import { onStage } from '../stage.ts'
import { sectionsOf } from './recon-report.ts'
import { type ReconResult, type ReconSettings, runRecon } from './run-recon.ts'

interface ReconFlags extends ReconSettings {
  markdown?: true | undefined
  json?: JsonTarget
  save?: true | undefined
}

/** 0, or 1 when a line was not taken as it should have been, or an authorize not answered 201. A goal that is missed is only told. */
export async function benchRecon({ markdown, json, save, ...settings }: ReconFlags): Promise<number> {
  const reporter = createReporter(terminalBeside(json))
  const result = await onStage(
    { reporter, withEmptyHandlers: false, mariadbFlags: SCALE_MARIADB_FLAGS, isLarge: true },
    stage => runRecon(stage, settings, line => reporter.line(line)),
    isGood,
  )
  writeResult(result, [json, save && resultFile('recon')], reporter)
  const sections = sectionsOf(result).flatMap(section => linesOf(section, markdown === true))
  for (const line of [...originLines(result), ...sections, ...problemLines(result.problems)]) reporter.line(line)
  return isGood(result) ? 0 : 1
}

const isGood = ({ problems }: ReconResult): boolean => problems.length === 0
