#!/usr/bin/env node
// Node 20 cannot read TypeScript by itself: tsx teaches it to, and the same command serves development and the image.
import { register } from 'tsx/esm/api';

register();
const { main } = await import('./main.ts');
await main(process.argv);
