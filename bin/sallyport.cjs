#!/usr/bin/env node
// Written so that any Node.js can read it: one that is too old must be able to say so.
var major = Number(process.versions.node.split('.')[0])
if (major < 24) {
  console.error('sallyport: Node.js 24 or later is needed')
  process.exit(1)
}
void import('../dist/cli/main.js')
