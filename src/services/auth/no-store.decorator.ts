import { Header } from '@nestjs/common';

/** Neither passwords, nor tokens, nor what is known of a person belong into a cache. */
export const NoStore = () => Header('Cache-Control', 'no-store');
