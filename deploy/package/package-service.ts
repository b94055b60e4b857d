/** Runs serverless on the project in a folder of its own, so that it disturbs no other run and leaves nothing half-made. */
import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot } from '../../scripts/local/paths.ts'
import { StepFailure } from '../../scripts/terminal/output.ts'

/** serverless works where serverless.yml is, and does not follow a link to it. */
const copied = ['serverless.yml', 'deploy']
const leftOut = new Set(['.git', '.data', '.serverless', '.esbuild', '.serverless-offline', ...copied])

/** Fills `folder`, which must not exist yet, with links to the project and copies of its description. */
export function linkService(folder: string): void {
  mkdirSync(folder, { recursive: true })
  for (const name of readdirSync(projectRoot))
    if (!leftOut.has(name)) symlinkSync(join(projectRoot, name), join(folder, name))
  for (const name of copied) cpSync(join(projectRoot, name), join(folder, name), { recursive: true })
}

/**
 * Packages what `linkService` put there. Resolves to the folder of the results: `<function>.zip` and
 * `cloudformation-template-update-stack.json`. Rejects with a StepFailure that says what serverless said.
 */
export async function packageService(folder: string, args: string[] = []): Promise<string> {
  // What a run that is killed leaves there goes with the folder.
  const temporary = join(folder, '.temporary')
  mkdirSync(temporary, { recursive: true })
  await runServerless(folder, ['package', ...args], { TMPDIR: temporary })
  return join(folder, '.serverless')
}

/** Resolves to what it printed. */
export function runServerless(cwd: string, args: string[], given: NodeJS.ProcessEnv = {}): Promise<string> {
  const env = { ...process.env, ...given, SLS_TELEMETRY_DISABLED: '1', SLS_NOTIFICATIONS_MODE: 'off', NO_COLOR: '1' }
  const program = join(projectRoot, 'node_modules/.bin/serverless')
  const child = spawn(process.execPath, [program, ...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const chunks: Buffer[] = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => chunks.push(chunk))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', code => {
      const output = Buffer.concat(chunks).toString()
      if (code === 0) resolve(output)
      else reject(new StepFailure(`serverless ${args[0]}: ${errorIn(output)}`))
    })
  })
}

/** The message without the version and the links that serverless prints before it. */
function errorIn(output: string): string {
  const start = output.indexOf('\nError:')
  return output
    .slice(start + 1)
    .replace(/^Error:\s+/, '')
    .trim()
}
