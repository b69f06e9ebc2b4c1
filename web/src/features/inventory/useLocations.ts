'use client';

import { useQuery } from '@tanstack/react-query';
import { api, ok } from '@/api/client';

export function useLocations() {
  return useQuery({
    queryKey: ['locations'],
    queryFn: ({ signal }) => ok(api.GET('/v1/locations', { signal })),
    staleTime: 5 * 60_000,
  });
}

/** The name of a location by its id; the id itself until it is known. */
export function useLocationName(): (id: string) => string {
  const { data } = useLocations();
  return (id) => data?.items.find((location) => location.id === id)?.name ?? id;
}
