/** Writes a generated world to a folder, to be looked at: its files as they are handed in, its books, its truth, and what is done when. */
import { createWriteStream, type WriteStream } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'
import { generate } from '../generate/generate.ts'
import type { GeneratorOptions } from '../generate/world.ts'

/** `steps.jsonl`, `books.jsonl`, `truth.jsonl`, `disputes.jsonl`, and each file under the number of its step. */
export async function writeWorld(folder: string, options: GeneratorOptions): Promise<void> {
  await mkdir(join(folder, 'files'), { recursive: true })
  const [steps, books, truth, disputes] = ['steps', 'books', 'truth', 'disputes'].map(name =>
    createWriteStream(join(folder, `${name}.jsonl`)),
  )
  let number = 0
  for (const step of generate(options)) {
    number += 1
    if (step.kind === 'truth') await line(truth!, step.row)
    else if (step.kind === 'dispute') await line(disputes!, step.row)
    else if (step.kind === 'books') await line(books!, { step: number, ...step.rows })
    else if (step.kind === 'file') {
      const { bytes, ...told } = step
      await writeFile(join(folder, 'files', `${String(number).padStart(6, '0')}-${step.name}`), bytes)
      await line(steps!, { step: number, ...told })
    } else await line(steps!, { step: number, ...step })
  }
  for (const stream of [steps!, books!, truth!, disputes!]) await finished(stream.end())
}

const line = (stream: WriteStream, value: unknown): Promise<void> =>
  new Promise((resolve, reject) => {
    stream.write(`${JSON.stringify(value)}\n`, error => (error ? reject(error) : resolve()))
  })
