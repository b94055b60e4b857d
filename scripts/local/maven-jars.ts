/** Jars that a POM names, fetched once by Maven and kept in a folder of that POM's own. */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { runTool, type ToolRun } from './run-tool.ts'

export interface MavenJars {
  pom: string
  /** Where the folders of this POM and of its earlier texts are. */
  root: string
}

/** The folder of this POM's jars: another POM, another folder. */
export function jarsFolder({ pom, root }: MavenJars): string {
  return join(root, createHash('sha256').update(readFileSync(pom)).digest('hex').slice(0, 12))
}

export function haveJars(jars: MavenJars): boolean {
  return existsSync(jarsFolder(jars))
}

/** Fetches the jars. The folder appears whole or not at all, and two fetches at once do not disturb each other. */
export async function fetchJars(jars: MavenJars, mvn: string, run: Pick<ToolRun, 'log' | 'signal'>): Promise<void> {
  const folder = jarsFolder(jars)
  const draft = `${folder}.${process.pid}`
  const copy = ['dependency:copy-dependencies', `-DoutputDirectory=${draft}`]
  mkdirSync(jars.root, { recursive: true })
  try {
    await runTool(mvn, ['-q', '-B', '-ntp', '-f', jars.pom, ...copy], {
      ...run,
      fix: 'look at the log; Maven has to reach Maven Central or a mirror of it (~/.m2/settings.xml)',
    })
    if (!haveJars(jars)) renameSync(draft, folder)
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
}
