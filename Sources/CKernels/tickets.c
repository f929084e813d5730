// Work tickets: how threads share the tasks of one piece of work.
//
// One 64-bit word holds the number of tasks and the next task; a thread takes a task by adding one to
// it. Between cores that share no cache each look at a word that the other has written takes 200 ns,
// so a task costs one such step: a thread says only at the end how many it has finished.
//
// Who joins waits for tasks to be finished, not for workers to wake up: a worker that sleeps, or that
// the system has put aside, holds nobody up. Waiting for work spins for 50 µs, because the next piece
// of a forward pass follows within microseconds, and waking takes as long as a task of a small model;
// then it sleeps in the system. Waiting for the last tasks of others spins for longer than a task of a
// small model takes: a short sleep lasts 100 µs and more, and there are many joins in a pass.

#include "CKernels.h"

#include <time.h>
#include <unistd.h>

#if defined(__linux__)
#include <linux/futex.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#endif

enum {
  SPIN_NANOSECONDS = 50000,
  JOIN_NANOSECONDS = 1000000,
  SPINS = 32,  // pauses between two looks at the clock
};

static int64_t nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static inline void relax(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("isb" ::: "memory");
#endif
}

// Sleeps while *word is `value`; may return early.
static void sleep_while(uint32_t *word, uint32_t value) {
#if defined(__linux__)
  syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, NULL, NULL, 0);
#else
  if (__atomic_load_n(word, __ATOMIC_ACQUIRE) == value) usleep(200);
#endif
}

void ck_tickets_wake(ck_tickets *tickets) {
  __atomic_fetch_add(&tickets->generation, 1, __ATOMIC_SEQ_CST);
#if defined(__linux__)
  if (__atomic_load_n(&tickets->sleepers, __ATOMIC_SEQ_CST) != 0) {
    syscall(SYS_futex, &tickets->generation, FUTEX_WAKE_PRIVATE, 1 << 30, NULL, NULL, 0);
  }
#endif
}

void ck_tickets_open(ck_tickets *tickets, uint32_t count) {
  __atomic_store_n(&tickets->done, 0, __ATOMIC_RELAXED);
  // Release: whoever takes a ticket of this work sees everything written before.
  __atomic_store_n(&tickets->ticket, (uint64_t)count << 32, __ATOMIC_RELEASE);
  ck_tickets_wake(tickets);
}

int64_t ck_tickets_take(ck_tickets *tickets) {
  // Looking first keeps late workers from counting the low half up without end.
  uint64_t seen = __atomic_load_n(&tickets->ticket, __ATOMIC_ACQUIRE);
  if ((uint32_t)seen >= seen >> 32) return -1;
  return ck_tickets_take_another(tickets);
}

int64_t ck_tickets_take_another(ck_tickets *tickets) {
  uint64_t mine = __atomic_fetch_add(&tickets->ticket, 1, __ATOMIC_ACQ_REL);
  return (uint32_t)mine < mine >> 32 ? (int64_t)(uint32_t)mine : -1;
}

void ck_tickets_finish(ck_tickets *tickets, uint32_t count) {
  __atomic_fetch_add(&tickets->done, count, __ATOMIC_RELEASE);
}

void ck_tickets_join(ck_tickets *tickets, uint32_t count) {
  int64_t start = nanoseconds();
  for (unsigned spins = 1; __atomic_load_n(&tickets->done, __ATOMIC_ACQUIRE) < count; spins++) {
    relax();
    // Others are at work on long tasks, or have been put aside.
    if (spins % SPINS == 0 && nanoseconds() - start > JOIN_NANOSECONDS) usleep(50);
  }
}

uint32_t ck_tickets_generation(ck_tickets *tickets) {
  return __atomic_load_n(&tickets->generation, __ATOMIC_SEQ_CST);
}

uint32_t ck_tickets_wait(ck_tickets *tickets, uint32_t seen) {
  int64_t start = nanoseconds();
  for (unsigned spins = 1; spins % SPINS != 0 || nanoseconds() - start < SPIN_NANOSECONDS; spins++) {
    uint32_t now = ck_tickets_generation(tickets);
    if (now != seen) return now;
    relax();
  }
  __atomic_fetch_add(&tickets->sleepers, 1, __ATOMIC_SEQ_CST);
  while (ck_tickets_generation(tickets) == seen) sleep_while(&tickets->generation, seen);
  __atomic_fetch_sub(&tickets->sleepers, 1, __ATOMIC_SEQ_CST);
  return ck_tickets_generation(tickets);
}

void ck_lower_thread_priority(int steps) {
#if defined(__linux__)
  // On Linux a priority belongs to a thread: 0 means the calling one.
  setpriority(PRIO_PROCESS, 0, steps);
#else
  (void)steps;
#endif
}
