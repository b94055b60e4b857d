/** Links between the documents of this repository lead to files and headings that are there. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from '@jest/globals'
import { anchorsOf, linksIn, sectionsOf, textOf } from './markdown.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const markdownIn = (folder: string): string[] =>
  readdirSync(join(root, folder))
    .filter(name => name.endsWith('.md'))
    .map(name => join(folder, name))

const documents = ['.', 'docs', 'docs/decisions', 'scripts/lab', 'plugins/kafka-events', 'plugins/kafka-events/docs']
  .flatMap(markdownIn)
  .map(path => join(path))

function isThere(path: string, link: string): boolean {
  const [file = '', anchor] = link.split('#')
  const target = join(root, file === '' ? path : join(dirname(path), file))
  if (!existsSync(target)) return false
  return anchor === undefined || !target.endsWith('.md') || anchorsOf(readFileSync(target, 'utf8')).includes(anchor)
}

test.each(documents)('%s', path => {
  const links = sectionsOf(readFileSync(join(root, path), 'utf8')).flatMap(section => linksIn(textOf(section)))
  const broken = links.filter(link => !/^[a-z]+:/.test(link) && !isThere(path, link))

  expect(broken).toEqual([])
})
