/** Deploys small handlers made up by a test, bundled and zipped as packaging does it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { zipSync } from 'fflate'
import type { FunctionSettings } from './execution-environment.ts'
import { LambdaFunction } from './lambda-function.ts'

export interface SampleOptions extends Partial<FunctionSettings> {
  /** The source of a module that exports `handler`. */
  code: string
  freezes?: boolean
}

export interface SampleFunction {
  fn: LambdaFunction
  logFile: string
  close(): Promise<void>
}

export async function deploySample({ code, freezes, ...settings }: SampleOptions): Promise<SampleFunction> {
  const folder = mkdtempSync(join(tmpdir(), 'sample-'))
  const zipFile = join(folder, 'sample.zip')
  writeFileSync(zipFile, zipSync({ 'functions/sample.mjs': await bundle(code) }))
  const logFile = join(folder, 'sample.log')
  const fn = await LambdaFunction.deploy({
    settings: {
      name: 'sample',
      handler: 'functions/sample.handler',
      timeoutMs: 5_000,
      memoryMb: 128,
      environment: {},
      ...settings,
    },
    zipFile,
    logFile,
    freezes,
  })
  const close = async () => {
    await fn.close()
    rmSync(folder, { recursive: true, force: true })
  }
  return { fn, logFile, close }
}

async function bundle(code: string): Promise<Uint8Array> {
  const { outputFiles } = await build({
    stdin: { contents: code, loader: 'js' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    write: false,
    logLevel: 'silent',
  })
  return outputFiles[0]!.contents
}
