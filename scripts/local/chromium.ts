/** The browser that the shop is tested in: found, or installed. */
import { StepFailure } from '../terminal/output.ts'
import { installPackages } from './packages.ts'
import { findOnPath, isExecutable } from './programs.ts'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const macApplications = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]

/** Chromium and a font with Hangul: without one, every Korean screenshot shows boxes. */
export const chromiumPackages = ['chromium', 'fonts-nanum']

export function findChromium(env: NodeJS.ProcessEnv = process.env): string | undefined {
  if (env.CHROME_PATH) return env.CHROME_PATH
  const installed = names.map(name => findOnPath(name, env)).find(path => path !== undefined)
  return installed ?? macApplications.find(isExecutable)
}

/** Its path. Rejects with a StepFailure that says how to get one. */
export async function ensureChromium(log: string): Promise<string> {
  const found = findChromium()
  if (found && !isExecutable(found))
    throw new StepFailure(`CHROME_PATH is ${found}, which cannot be run`, { fix: 'correct it, or unset it' })
  if (found) return found
  await installPackages(chromiumPackages, log)
  const installed = findChromium()
  if (!installed) throw new StepFailure('there is still no Chromium after it was installed', { fix: 'set CHROME_PATH' })
  return installed
}
