/** Takes a file by hand. */
import { statSync } from 'node:fs'
import { basename } from 'node:path'
import { type Imported, importFile } from '../../../shared/reconciliation/import-file.ts'
import { WrongArguments } from '../../terminal/command.ts'
import { printable } from '../../terminal/printable.ts'
import { mayChange } from '../may-change.ts'
import type { ReconAction } from './recon-action.ts'

export const importOne: ReconAction = {
  changes: true,
  role: 'operator',
  wordsMin: 1,
  wordsMax: 1,
  flags: ['source', 'name'],
  async run({ ports, system, words: [path], flags: { source, name, yes }, by }) {
    if (source === undefined) throw new WrongArguments('import wants --source: `npm run recon -- sources` lists them.')
    if (!statSync(path!, { throwIfNoEntry: false })?.isFile()) throw new WrongArguments(`there is no file ${path}.`)
    const question = `Import ${path} as a file of ${source}? What it says is matched and booked at the next minute.`
    if (!(await mayChange(system, { typed: 'npm run recon', question, yes: yes === true }))) return 1
    // No process of ours is stopped by a clock here.
    const request = {
      sourceId: source,
      path: path!,
      name: name ?? basename(path!),
      again: true,
      deadlineMs: NO_END,
      by,
    }
    const imported = await importFile(ports, request)
    for (const line of importedLines(imported, source)) console.log(printable(line))
    return imported.kind === 'imported' || imported.kind === 'known' ? 0 : 1
  },
}

const NO_END = Number.POSITIVE_INFINITY

export function importedLines(imported: Imported, sourceId: string): string[] {
  switch (imported.kind) {
    case 'imported':
      return [`${imported.file.fileId}: ${imported.file.lineCount} lines are imported, and matched at the next minute.`]
    case 'known':
      return [`These bytes were imported before, as ${imported.file.fileId}, which is ${imported.file.state}.`]
    case 'rejected':
      return [`${imported.file.fileId} is rejected, and nothing of it counts: ${imported.file.failure}`]
    case 'unfinished':
    case 'elsewhere':
      return [`Somebody else imports ${imported.file.fileId}, which is ${imported.file.state}. Look at it again.`]
    case 'unknown_source':
      return [`There is no source ${sourceId}: \`npm run recon -- sources\` lists them.`]
  }
}
