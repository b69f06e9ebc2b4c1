import { createHash } from 'node:crypto';
import { CanActivate, ExecutionContext, Injectable, UnauthorizedException } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

@Injectable()
export class ApiKeyGuard implements CanActivate {
  private readonly known = new Set((process.env.ORDERS_KEY_HASHES ?? '').split(','));

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const [scheme, key] = (request.headers.authorization ?? '').split(' ');
    const hash = createHash('sha256').update(key ?? '').digest('hex');
    if (scheme !== 'Bearer' || !this.known.has(hash)) {
      throw new UnauthorizedException('unknown key');
    }
    return true;
  }
}
