/** The checkers that come from PyPI (python-tools.txt), in a virtual environment that is made once for each version of that list. */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { installPackages } from '../../local/packages.ts'
import { dataRoot } from '../../local/paths.ts'
import { runTool } from '../../local/run-tool.ts'

const list = fileURLToPath(new URL('./python-tools.txt', import.meta.url))

/** A machine may have python3 and lack what makes environments; what they are made of is Debian's python3-venv. */
async function makeEnvironment(folder: string, log: string): Promise<void> {
  const make = () => runTool('python3', ['-m', 'venv', '--clear', folder], { log })
  try {
    await make()
  } catch {
    await installPackages(['python3-venv'], log)
    await make()
  }
}

/** The folder that holds the programs `cfn-lint`, `hadolint` and `schemathesis`. Rejects with a StepFailure. */
export async function ensurePythonTools(log: string): Promise<string> {
  const digest = createHash('sha256').update(readFileSync(list)).digest('hex').slice(0, 12)
  const folder = join(dataRoot, 'python-tools', digest)
  const done = join(folder, 'complete.txt')
  if (existsSync(done)) return join(folder, 'bin')
  rmSync(dirname(folder), { recursive: true, force: true })
  await makeEnvironment(folder, log)
  await runTool(join(folder, 'bin', 'pip'), ['install', '--no-input', '--requirement', list], { log })
  await runTool(join(folder, 'bin', 'pip'), ['freeze'], { log: `${done}.part` })
  renameSync(`${done}.part`, done)
  return join(folder, 'bin')
}
