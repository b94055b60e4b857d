/** English texts of what every page of the console has: the same keys as `shell-ko.ts`. */
import type { shellKo } from './shell-ko.ts'

export const shellEn: typeof shellKo = {
  brand: 'Console',
  close: 'Close',
  more: 'More',
  wholePage: 'Open as a page',
  visited: '(opened before)',
  search: {
    title: 'Search',
    button: 'Find an id or a page',
    label: 'Id, or name of a page',
    placeholder: 'Paste an id, or type the name of a page',
    found: 'Places to go',
    none: 'There is no such page.',
    count: 'Places to go: {{count}}',
    page: 'page',
    open: 'open its page',
    lookup: 'find what this is of',
    merchant: 'payments of this merchant, all time',
  },
  keys: {
    title: 'Keys',
    single: 'Use keys of one character',
    singleNote: 'They do nothing while you type into a field. This setting is kept in this browser only.',
    actions: {
      search: 'Find an id or a page',
      open: 'Open the chosen row',
      close: 'Close what is open beside the list',
      next: 'To the next row',
      previous: 'To the row before',
      find: 'To the filters of the list',
      help: 'Show the keys',
    },
  },
}
