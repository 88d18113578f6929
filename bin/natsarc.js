#!/usr/bin/env node
const { join } = require('node:path');
const { loadChunk } = require('./chunks.js');

const { main } = loadChunk(join(__dirname, '../dist/bundle/natsarc.js'));

void main(process.argv.slice(2));
