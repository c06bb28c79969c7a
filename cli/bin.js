#!/usr/bin/env -S node --max-semi-space-size=64 --no-allocation-site-pretenuring
import './typescript.js';

const { main } = await import('./main.ts');
await main(process.argv);
