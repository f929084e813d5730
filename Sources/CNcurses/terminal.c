// The tty underneath curses: signals, the wake pipe, restoration on every way out, captured stderr.

#include "terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "CNcurses.h"

atomic_int cn_resize_pending, cn_stop_pending, cn_continue_pending, cn_termination_pending;

static int input_fd = -1, output_fd = -1;
static struct termios saved_modes;
static bool has_saved_modes;

static char restoration[512];
static size_t restoration_length;

// Set while a dying program has something to undo; whoever clears it does so.
static atomic_bool needs_restoration;

static void write_all(int fd, const char *bytes, size_t count) {
  while (count > 0) {
    ssize_t written = write(fd, bytes, count);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    bytes += written;
    count -= (size_t)written;
  }
}

void cn_send(const char *text) { write_all(output_fd, text, strlen(text)); }

void cn_save_terminal(int input, int output) {
  input_fd = input;
  output_fd = output;
  has_saved_modes = tcgetattr(input, &saved_modes) == 0;
  restoration_length = 0;
}

bool cn_is_in_foreground(void) {
  pid_t group = tcgetpgrp(input_fd);
  return group < 0 || group == getpgrp();
}

void cn_restore_modes(void) {
  if (has_saved_modes && cn_is_in_foreground()) tcsetattr(input_fd, TCSADRAIN, &saved_modes);
}

void cn_add_to_restoration(const char *text) {
  if (!text || text == (const char *)-1) return;
  while (*text && restoration_length < sizeof restoration) {
    const char *end = strncmp(text, "$<", 2) == 0 ? strchr(text, '>') : NULL;
    if (end) {
      text = end + 1;  // time for a slow terminal to follow
    } else {
      restoration[restoration_length++] = *text++;
    }
  }
}

// MARK: The wake pipe

// Made once and never closed, so that other threads may wake a terminal that is closed already.
static atomic_int pipe_in = -1, pipe_out = -1;

int cn_wake_pipe(void) {
  if (pipe_out < 0) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) return -1;
    pipe_out = ends[0];
    pipe_in = ends[1];
  }
  return pipe_out;
}

static void poke(char byte) {
  int saved_errno = errno;
  // A full pipe is readable, which is all that is needed.
  if (pipe_in >= 0) (void)!write(pipe_in, &byte, 1);
  errno = saved_errno;
}

void cn_wake(void) { poke('w'); }

bool cn_drain_wake_pipe(void) {
  bool woken = false;
  char bytes[256];
  ssize_t count;
  while ((count = read(pipe_out, bytes, sizeof bytes)) > 0)
    if (memchr(bytes, 'w', (size_t)count)) woken = true;
  return woken;
}

// MARK: Captured stderr

static FILE *captured;
static int stderr_fd = -1;

void cn_capture_stderr(void) {
  if (!isatty(STDERR_FILENO)) return;
  captured = tmpfile();
  if (!captured) return;
  stderr_fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
  if (stderr_fd < 0 || dup2(fileno(captured), STDERR_FILENO) < 0) {
    fclose(captured);
    captured = NULL;
  }
}

// Puts stderr back and shows the last 4 KiB of what was kept; safe in a signal handler.
static void show_captured(void) {
  if (!captured) return;
  static char tail[4096];
  int fd = fileno(captured);
  dup2(stderr_fd, STDERR_FILENO);
  off_t length = lseek(fd, 0, SEEK_END);
  off_t start = length > (off_t)sizeof tail ? length - (off_t)sizeof tail : 0;
  ssize_t count = pread(fd, tail, sizeof tail, start);
  if (count > 0) write_all(stderr_fd, tail, (size_t)count);
}

void cn_release_stderr(void) {
  if (!captured) return;
  show_captured();
  fclose(captured);
  close(stderr_fd);
  captured = NULL;
  stderr_fd = -1;
}

// MARK: Signals

// Without curses, which is not safe here: only write, tcsetattr, dup2.
static void restore_now(void) {
  if (!atomic_exchange(&needs_restoration, false)) return;
  write_all(output_fd, restoration, restoration_length);
  // In the background the modes are the shell's, and touching them would stop the program.
  if (has_saved_modes && cn_is_in_foreground()) tcsetattr(input_fd, TCSANOW, &saved_modes);
  show_captured();
}

static const int crash_signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGABRT, SIGFPE};
static const int event_signals[] = {SIGWINCH, SIGTERM, SIGINT, SIGHUP, SIGTSTP, SIGCONT};
enum { crash_count = 6, event_count = 6 };
static struct sigaction former_crash[crash_count], former_event[event_count];

static void die_of(int signal_number, const struct sigaction *action) {
  sigaction(signal_number, action, NULL);
  raise(signal_number);  // comes when the handler returns
}

static void note_event(int signal_number) {
  switch (signal_number) {
    case SIGWINCH: atomic_store(&cn_resize_pending, 1); break;
    case SIGTSTP: atomic_store(&cn_stop_pending, 1); break;
    case SIGCONT: atomic_store(&cn_continue_pending, 1); break;
    default:
      if (atomic_exchange(&cn_termination_pending, signal_number)) {
        // Nobody has taken notice of the first one: the program hangs.
        struct sigaction standard = {.sa_handler = SIG_DFL};
        restore_now();
        die_of(signal_number, &standard);
        return;
      }
  }
  poke('s');
}

// The code that was interrupted may be about to look at errno.
static void on_event(int signal_number) {
  int saved_errno = errno;
  note_event(signal_number);
  errno = saved_errno;
}

static void on_crash(int signal_number) {
  restore_now();
  // Whoever wanted the signal before gets it: a printer of backtraces, or else the system.
  for (int i = 0; i < crash_count; i++)
    if (crash_signals[i] == signal_number) die_of(signal_number, &former_crash[i]);
}

void cn_catch_signals(void) {
  atomic_store(&cn_resize_pending, 0);
  atomic_store(&cn_stop_pending, 0);
  atomic_store(&cn_continue_pending, 0);
  atomic_store(&cn_termination_pending, 0);
  struct sigaction action = {.sa_handler = on_event, .sa_flags = SA_RESTART};
  for (int i = 0; i < event_count; i++) sigaction(event_signals[i], &action, &former_event[i]);
}

void cn_catch_crashes(void) {
  static bool is_prepared;
  if (!is_prepared) {
    is_prepared = true;
    atexit(restore_now);
    // Room for the handler when the stack of this thread has run out.
    stack_t stack = {.ss_size = 64 * 1024};
    stack.ss_sp = malloc(stack.ss_size);
    stack_t former;
    if (stack.ss_sp && sigaltstack(NULL, &former) == 0 && (former.ss_flags & SS_DISABLE))
      sigaltstack(&stack, NULL);
  }
  atomic_store(&needs_restoration, true);
  struct sigaction action = {.sa_handler = on_crash, .sa_flags = SA_ONSTACK};
  for (int i = 0; i < crash_count; i++) sigaction(crash_signals[i], &action, &former_crash[i]);
}

void cn_release_signals(void) {
  for (int i = 0; i < event_count; i++) sigaction(event_signals[i], &former_event[i], NULL);
  if (!atomic_exchange(&needs_restoration, false)) return;
  for (int i = 0; i < crash_count; i++) sigaction(crash_signals[i], &former_crash[i], NULL);
}

void cn_stop(void) {
  struct sigaction standard = {.sa_handler = SIG_DFL}, ours;
  sigaction(SIGTSTP, &standard, &ours);
  // The whole group, as the terminal itself does on control-Z: a pipeline stops together.
  kill(0, SIGTSTP);
  sigaction(SIGTSTP, &ours, NULL);
  atomic_store(&cn_stop_pending, 0);
  atomic_store(&cn_continue_pending, 0);
}
