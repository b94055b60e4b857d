/** The acquirer's newest settlement file, on the disk, as an operator has it who imports it by hand. */
import { mkdtempSync, rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SettlementFiles } from '../../../shared/reconciliation/ports.ts'
import type { SettlementPlace } from './settlement-cell.ts'

/** `act` is given its path, and it is called there as the acquirer calls it. Deleted afterwards. */
export async function withNewestFile({ ports }: SettlementPlace, act: (path: string) => Promise<void>): Promise<void> {
  const files = ports.settlementFiles!
  const name = await newestName(files)
  const folder = mkdtempSync(join(tmpdir(), 'by-hand-'))
  try {
    const path = join(folder, name)
    await writeFile(path, files.read(name))
    await act(path)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function newestName(files: SettlementFiles): Promise<string> {
  let name: string | undefined
  for (let after: number | null = 0; after !== null; ) {
    const page: Awaited<ReturnType<SettlementFiles['list']>> = await files.list(after)
    name = page.files.at(-1)?.name ?? name
    after = page.next
  }
  if (name === undefined) throw new Error('the acquirer has made no file')
  return name
}
