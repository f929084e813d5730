// The grid: what is drawn goes through ncursesw, what is typed is read as bytes.

#define NCURSES_WIDECHAR 1
#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#include "CNcurses.h"
#include "terminal.h"

// Frames are shown as a whole by terminals that know the mode; the others ignore it.
static const char frame_begin[] = "\033[?2026h";
static const char frame_end[] = "\033[?2026l";

// Not from <term.h>, which defines macros such as `lines` and `columns`.
int setupterm(const char *term, int output, int *error);
char *tigetstr(const char *capability);

// Larger screens are treated as this large: nobody can see more, and curses keeps three copies.
enum { largest_rows = 500, largest_columns = 1000 };

// Buttons and dragging, in decimal coordinates.
static const char mouse_on[] = "\033[?1000h\033[?1002h\033[?1006h";
static const char mouse_off[] = "\033[?1006l\033[?1002l\033[?1000l";

// Pasted text comes in brackets; no reordering of right-to-left text, so that every character
// stays in its cell.
static const char text_modes_on[] = "\033[?2004h\033[8l";
static const char text_modes_off[] = "\033[?2004l\033[8h";

static SCREEN *screen;
static FILE *input, *output;
static bool has_color, has_default_colors, is_utf8, uses_mouse, has_text_modes, has_left;
static bool synchronizes;

// MARK: Opening and closing

// Returns whether the environment names a UTF-8 locale, though this machine may not have it.
static bool environment_wants_utf8(void) {
  const char *names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
  for (int i = 0; i < 3; i++) {
    const char *value = getenv(names[i]);
    if (!value || !*value) continue;
    const char *charset = strchr(value, '.');
    return charset && (!strncasecmp(charset, ".UTF-8", 6) || !strncasecmp(charset, ".UTF8", 5));
  }
  return false;
}

// Only the character type: numbers must go on being written with a point.
static void choose_locale(void) {
  is_utf8 = setlocale(LC_CTYPE, "") && strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
  if (is_utf8) return;
  bool has_utf8 = setlocale(LC_CTYPE, "C.UTF-8") || setlocale(LC_CTYPE, "en_US.UTF-8");
  is_utf8 = has_utf8 && environment_wants_utf8();
}

static const char *capability(const char *name) {
  const char *value = tigetstr(name);
  return value == (const char *)-1 ? NULL : value;
}

const char *cn_key_string(const char *name) { return capability(name); }

static cn_status check_type(const char *term, int fd) {
  if (!term || !*term) return cn_status_type_missing;
  int error = 0;
  if (setupterm(term, fd, &error) != OK)
    return error == 0   ? cn_status_type_unknown
           : error == 1 ? cn_status_type_unusable
                        : cn_status_database_missing;
  return capability("cup") ? cn_status_opened : cn_status_type_unusable;
}

// Opens both descriptors as streams of our own.
static cn_status open_streams(const cn_options *options) {
  if (options->output < 0 && !isatty(STDOUT_FILENO)) return cn_status_not_a_terminal;
  int from = options->input;
  if (from < 0 && isatty(STDIN_FILENO)) from = STDIN_FILENO;
  int in = from >= 0 ? fcntl(from, F_DUPFD_CLOEXEC, 3) : open("/dev/tty", O_RDONLY | O_CLOEXEC);
  if (in < 0) return cn_status_no_keyboard;
  int to = options->output >= 0 ? options->output : STDOUT_FILENO;
  int out = fcntl(to, F_DUPFD_CLOEXEC, 3);
  input = fdopen(in, "r");
  output = out >= 0 ? fdopen(out, "w") : NULL;
  return input && output ? cn_status_opened : cn_status_failed;
}

static void close_streams(void) {
  if (input) fclose(input);
  if (output) fclose(output);
  input = output = NULL;
}

static bool query_size(int *rows, int *columns) {
  struct winsize size;
  if (ioctl(fileno(output), TIOCGWINSZ, &size) != 0 || !size.ws_row || !size.ws_col) return false;
  *rows = size.ws_row;
  *columns = size.ws_col;
  return true;
}

static void resize(int rows, int columns) {
  rows = rows > largest_rows ? largest_rows : rows;
  columns = columns > largest_columns ? largest_columns : columns;
  if (rows != LINES || columns != COLS) resize_term(rows, columns);
  clearok(curscr, TRUE);  // terminals move text about when their size changes
}

static void prepare_restoration(void) {
  if (uses_mouse) cn_add_to_restoration(mouse_off);
  if (has_text_modes) cn_add_to_restoration(text_modes_off);
  const char *names[] = {"sgr0", "op", "cnorm", "rmkx", "rmcup"};
  for (int i = 0; i < 5; i++) cn_add_to_restoration(capability(names[i]));
}

static void set_up_screen(const cn_options *options) {
  raw();
  noecho();
  nonl();
  keypad(stdscr, TRUE);
  typeahead(-1);  // a screen is drawn to its end, whatever has been typed meanwhile
  leaveok(stdscr, TRUE);
  curs_set(0);
  has_color = options->uses_color && has_colors() && start_color() == OK;
  has_default_colors = has_color && use_default_colors() == OK;
  // Whatever has a mouse descends from xterm and knows its modes.
  has_text_modes = capability("kmous");
  uses_mouse = has_text_modes && options->uses_mouse;
  int rows = options->rows, columns = options->columns;
  if ((rows > 0 && columns > 0) || query_size(&rows, &columns)) resize(rows, columns);
}

static void send_modes(void) {
  if (uses_mouse) cn_send(mouse_on);
  if (has_text_modes) cn_send(text_modes_on);
}

cn_status cn_open(const cn_options *options) {
  if (screen) return cn_status_already_open;
  choose_locale();
  cn_status status = open_streams(options);
  if (status == cn_status_opened) status = check_type(options->term, fileno(output));
  if (status == cn_status_opened && cn_wake_pipe() < 0) status = cn_status_failed;
  if (status != cn_status_opened) {
    close_streams();
    return status;
  }
  cn_drain_wake_pipe();  // wakes of a time before
  cn_save_terminal(fileno(input), fileno(output));
  cn_catch_signals();  // first, because curses leaves handlers alone that are there already
  screen = newterm((char *)options->term, output, input);
  if (!screen) {
    cn_release_signals();
    close_streams();
    return cn_status_failed;
  }
  has_left = synchronizes = false;
  set_up_screen(options);
  prepare_restoration();
  cn_catch_crashes();
  if (options->captures_stderr) cn_capture_stderr();
  send_modes();
  return cn_status_opened;
}

// Ends curses without changing the modes of a terminal that another program has in its hands.
static void end_curses_in_background(void) {
  struct termios modes;
  bool has_modes = tcgetattr(fileno(input), &modes) == 0;
  // While the signal is blocked, a program in the background may set modes without being stopped.
  sigset_t stop, former;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTTOU);
  pthread_sigmask(SIG_BLOCK, &stop, &former);
  endwin();
  if (has_modes) tcsetattr(fileno(input), TCSANOW, &modes);
  pthread_sigmask(SIG_SETMASK, &former, NULL);
}

static void leave(void) {
  if (has_left) return;
  has_left = true;
  if (uses_mouse) cn_send(mouse_off);
  if (has_text_modes) cn_send(text_modes_off);
  curs_set(1);
  if (!cn_is_in_foreground()) {
    end_curses_in_background();
    return;
  }
  endwin();
  cn_restore_modes();
}

void cn_close(void) {
  if (!screen) return;
  leave();
  delscreen(screen);
  screen = NULL;
  cn_release_signals();
  cn_release_stderr();
  close_streams();
}

void cn_suspend(void) {
  if (!screen) return;
  leave();
  cn_stop();
  atomic_store(&cn_continue_pending, 1);  // reported, and the screen taken back, by the next cn_wait
}

// Returns whether the program was continued only to be ended: `kill` of a stopped job continues it,
// and the two signals may reach different threads.
static bool is_about_to_end(void) {
  if (cn_is_in_foreground()) return cn_termination_pending;
  for (int i = 0; i < 10 && !cn_termination_pending; i++) poll(NULL, 0, 10);
  return cn_termination_pending;
}

// Takes the terminal back after the program was stopped. SIGSTOP leaves no time to give it away
// before; doing so now makes curses send everything anew. The kernel tells only the foreground of
// a new size, so the size is asked for. Returns whether it is another one.
static bool come_back(void) {
  leave();
  int former_rows = LINES, former_columns = COLS, rows, columns;
  if (query_size(&rows, &columns)) resize(rows, columns);
  clearok(curscr, TRUE);
  wnoutrefresh(stdscr);
  doupdate();
  curs_set(0);
  has_left = false;
  send_modes();
  return LINES != former_rows || COLS != former_columns;
}

// MARK: Drawing

cn_screen_size cn_size(void) {
  return screen ? (cn_screen_size){LINES, COLS} : (cn_screen_size){0, 0};
}

int32_t cn_color_count(void) { return has_color ? COLORS : 0; }

bool cn_is_utf8(void) { return is_utf8; }

bool cn_has_mouse(void) { return uses_mouse; }

static int pair_of(int foreground, int background) {
  if (!has_color) return 0;
  if (!has_default_colors) {
    foreground = foreground < 0 ? COLOR_WHITE : foreground;
    background = background < 0 ? COLOR_BLACK : background;
  } else if (foreground < 0 && background < 0) {
    return 0;
  }
  int pair = alloc_pair(foreground, background);
  return pair < 0 ? 0 : pair;
}

static const struct {
  uint8_t bit;
  attr_t attribute;
} attributes[] = {{cn_bold, A_BOLD},
                  {cn_dim, A_DIM},
                  {cn_underline, A_UNDERLINE},
                  {cn_reverse, A_REVERSE},
                  {cn_italic, A_ITALIC}};
enum { attribute_count = 5 };

// Terminals disagree about what joiners and variation selectors do to the width of a cluster.
static bool is_selector(uint32_t scalar) {
  return (scalar >= 0x200B && scalar <= 0x200F) || (scalar >= 0xFE00 && scalar <= 0xFE0F) ||
         (scalar >= 0xE0000 && scalar <= 0xE0FFF);
}

static void put_characters(int row, int column, const wchar_t *text, attr_t attribute, int pair) {
  cchar_t character;
  if (setcchar(&character, text, attribute, 0, &pair) == OK)
    mvadd_wchnstr(row, column, &character, 1);
}

// Draws the scalars that fit into `width` cells and fills the rest with blanks. Curses holds a
// spacing character and a few marks in a cell; a second spacing character goes to the second cell.
static void put_cluster(int row, int column, const uint32_t *scalars, const cn_cell *cell) {
  attr_t attribute = A_NORMAL;
  for (int i = 0; i < attribute_count; i++)
    if (cell->attributes & attributes[i].bit) attribute |= attributes[i].attribute;
  int pair = pair_of(cell->foreground, cell->background);
  wchar_t text[CCHARW_MAX + 1] = {0};
  int length = 0, used = 0, text_width = 0;
  for (int i = 0; i < cell->scalar_count; i++) {
    wchar_t scalar = (wchar_t)scalars[i];
    if (is_selector(scalars[i])) continue;
    int width = scalar == 0 ? -1 : wcwidth(scalar);
    if (width == 0) {
      if (length > 0 && length < CCHARW_MAX) text[length++] = scalar;
      continue;
    }
    if (width < 0) {
      scalar = is_utf8 ? 0xFFFD : '?';
      width = 1;
    }
    if (used + text_width + width > cell->width) break;
    if (length > 0) put_characters(row, column + used, text, attribute, pair);
    used += text_width;
    wmemset(text, 0, CCHARW_MAX);
    text[0] = scalar;
    length = 1;
    text_width = width;
  }
  if (length > 0) put_characters(row, column + used, text, attribute, pair);
  for (used += text_width; used < cell->width; used++)
    put_characters(row, column + used, L" ", attribute, pair);
}

void cn_put(int32_t row, int32_t column, const cn_cell *cells, int32_t count,
            const uint32_t *scalars) {
  if (!screen || row < 0 || row >= LINES || column < 0) return;
  for (int i = 0; i < count && column + cells[i].width <= COLS; i++) {
    put_cluster(row, column, scalars, &cells[i]);
    scalars += cells[i].scalar_count;
    column += cells[i].width;
  }
}

bool cn_get(int32_t row, int32_t column, cn_cell *cell, uint32_t scalars[8]) {
  cchar_t character;
  wchar_t text[CCHARW_MAX + 1] = {0};
  attr_t attribute = 0;
  short short_pair = 0;
  int pair = 0, foreground = -1, background = -1;
  if (!screen || mvin_wch(row, column, &character) == ERR) return false;
  if (getcchar(&character, text, &attribute, &short_pair, &pair) == ERR) return false;
  if (pair) extended_pair_content(pair, &foreground, &background);
  *cell = (cn_cell){.foreground = foreground, .background = background, .width = 1};
  for (int i = 0; i < attribute_count; i++)
    if (attribute & attributes[i].attribute) cell->attributes |= attributes[i].bit;
  while (cell->scalar_count < CCHARW_MAX && text[cell->scalar_count]) {
    scalars[cell->scalar_count] = (uint32_t)text[cell->scalar_count];
    cell->scalar_count++;
  }
  if (wcwidth(text[0]) == 2) cell->width = 2;
  return true;
}

void cn_invalidate(void) {
  if (screen) clearok(curscr, TRUE);
}

void cn_flush(int32_t row, int32_t column) {
  if (!screen) return;
  bool is_shown = row >= 0 && row < LINES && column >= 0 && column < COLS;
  leaveok(stdscr, !is_shown);
  if (is_shown) move(row, column);
  wnoutrefresh(stdscr);
  if (synchronizes) cn_send(frame_begin);
  doupdate();
  curs_set(is_shown ? 1 : 0);
  if (synchronizes) cn_send(frame_end);
}

void cn_ask(const char *question) {
  if (screen && has_text_modes) cn_send(question);
}

void cn_set_synchronized(bool is_on) {
  if (is_on && !synchronizes) cn_add_to_restoration(frame_end);
  synchronizes = is_on;
}

// MARK: Waiting

// Takes what signal handlers have left; returns whether there was anything.
static bool take_signals(cn_wakeup *wakeup) {
  // Whoever is about to end does not take the terminal back: in the background that would stop the
  // program again.
  if (cn_continue_pending && is_about_to_end()) atomic_store(&cn_continue_pending, 0);
  wakeup->signal = atomic_exchange(&cn_termination_pending, 0);
  if (atomic_exchange(&cn_stop_pending, 0)) wakeup->stop_requested = true;
  if (atomic_exchange(&cn_continue_pending, 0)) {
    if (come_back()) wakeup->resized = true;
    wakeup->continued = true;
  }
  if (atomic_exchange(&cn_resize_pending, 0)) {
    int rows, columns;
    if (query_size(&rows, &columns)) resize(rows, columns);
    wakeup->resized = true;
  }
  return wakeup->signal || wakeup->stop_requested || wakeup->continued || wakeup->resized;
}

cn_wakeup cn_wait(int32_t milliseconds) {
  cn_wakeup wakeup = {0};
  if (!screen || take_signals(&wakeup)) return wakeup;
  struct pollfd files[2] = {{.fd = fileno(input), .events = POLLIN},
                            {.fd = cn_wake_pipe(), .events = POLLIN}};
  // Interrupted is as good as ready: a handler has run, its flag is looked at below.
  int ready = poll(files, 2, milliseconds);
  if (ready > 0 && (files[1].revents & POLLIN)) wakeup.woken = cn_drain_wake_pipe();
  if (ready > 0) {
    wakeup.input = files[0].revents & POLLIN;
    wakeup.input_ended = !wakeup.input && (files[0].revents & (POLLHUP | POLLERR | POLLNVAL));
  }
  take_signals(&wakeup);
  return wakeup;
}

int32_t cn_read(uint8_t *bytes, int32_t count) {
  if (!screen || count <= 0) return 0;
  ssize_t got;
  do {
    got = read(fileno(input), bytes, (size_t)count);
  } while (got < 0 && errno == EINTR);
  return (int32_t)got;
}
