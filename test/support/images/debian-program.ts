/** A program out of a Debian package, unpacked beside our data: nothing is installed, and no service is registered. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { dataRoot } from '../../../scripts/local/paths.ts'

function run(command: string, args: string[], cwd: string) {
  const { status, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? stderr}`)
}

/** The path of `file` in the package, downloaded once. Throws where there is no apt or no network. */
export function debianProgram(packageName: string, file: string): string {
  const folder = join(dataRoot, 'debian', packageName)
  if (!existsSync(folder)) {
    mkdirSync(join(dataRoot, 'debian'), { recursive: true })
    const draft = mkdtempSync(join(dataRoot, 'debian', `${packageName}-`))
    run('apt-get', ['download', packageName], draft)
    const archive = readdirSync(draft).find(name => name.endsWith('.deb'))!
    run('dpkg', ['--extract', archive, 'content'], draft)
    renameSync(draft, folder)
  }
  return join(folder, 'content', file)
}
